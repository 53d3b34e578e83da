// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-in-branch.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_in_branch(to: &Sender<Box<Note>>, urgent: bool) {
    let mut note = Box::new(Note { number: 1, text: [0; 24] });
    if urgent {
        let _ = to.send(note);
    }
    note.number = 2;
}
