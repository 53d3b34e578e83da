// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-recv-by-dropped-half.c
use std::sync::mpsc::Receiver;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_recv_by_dropped_half(from: Receiver<Box<Note>>) {
    drop(from);
    let _ = from.recv();
}
