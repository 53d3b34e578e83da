// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-elsewhere-then-use.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_elsewhere_then_use(to: &Sender<Box<Note>>, elsewhere: fn(&Sender<Box<Note>>, Box<Note>)) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    elsewhere(to, note);
    note.number
}
