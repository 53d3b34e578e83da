// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-twice.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_twice(first: &Sender<Box<Note>>, second: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = first.send(note);
    let _ = second.send(note);
}
