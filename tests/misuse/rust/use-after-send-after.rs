// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-send-after.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn use_after_send_after(to: &Sender<Box<Note>>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = to.send(note);
    note.number
}
