// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-in-loop.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_in_loop(to: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    for _ in 0..2 {
        let _ = to.send(note);
    }
}
