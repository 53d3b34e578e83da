// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/new-unchecked.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn new_unchecked(make: fn() -> Option<Box<Note>>) {
    let mut note = make();
    note.number = 1;
}
