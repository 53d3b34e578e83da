// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-send-twice.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_send_twice(out: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = out.send(note);
    let _ = out.send(note);
}
