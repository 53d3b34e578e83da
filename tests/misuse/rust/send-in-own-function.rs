// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-in-own-function.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

fn hand_over(to: &Sender<Box<Note>>, note: Box<Note>) {
    let _ = to.send(note);
}

pub fn send_in_own_function(to: &Sender<Box<Note>>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    hand_over(to, note);
    note.number
}
