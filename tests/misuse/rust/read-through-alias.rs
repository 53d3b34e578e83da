// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/read-through-alias.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn read_through_alias(to: &Sender<Box<Note>>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let same = &note;
    let _ = to.send(note);
    same.number
}
