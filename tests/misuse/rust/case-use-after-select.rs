// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/case-use-after-select.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn case_use_after_select(select: fn(Box<Note>)) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    select(note);
    note.number
}
