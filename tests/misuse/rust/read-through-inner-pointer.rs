// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/read-through-inner-pointer.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn read_through_inner_pointer(to: &Sender<Box<Note>>) -> u8 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let text = &note.text;
    let _ = to.send(note);
    text[0]
}
