// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-ask.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn use_after_ask(ask: fn(Box<Note>) -> Option<Box<Note>>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    drop(ask(note));
    note.number
}
