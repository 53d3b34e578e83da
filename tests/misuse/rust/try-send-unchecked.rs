// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/try-send-unchecked.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn try_send_unchecked(try_send: fn(Box<Note>) -> Option<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let mut note = try_send(note);
    note.number = 2;
}
