// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/continuation-of-another-type.c
pub struct Note { pub number: i32 }
pub struct Letter { pub pages: i32 }

fn after_wish(note: Box<Note>) -> i32 {
    note.number
}

pub fn continuation_of_another_type() -> fn(Box<Letter>) -> i32 {
    after_wish
}
