// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-send-by-dropped-half.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_send_by_dropped_half(out: Sender<Box<Note>>) {
    drop(out);
    let _ = out.send(Box::new(Note { number: 1, text: [0; 24] }));
}
