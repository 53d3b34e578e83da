// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/write-after-send.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn write_after_send(to: &Sender<Box<Note>>) {
    let mut note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = to.send(note);
    note.number = 2;
}
