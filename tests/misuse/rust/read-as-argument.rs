// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/read-as-argument.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn read_as_argument(to: &Sender<Box<Note>>, count: fn(i32) -> i32) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    to.send(note).is_ok() as i32 + count(note.number)
}
