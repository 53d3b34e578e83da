// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/answer-of-another-type.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Letter { pub pages: i32 }
pub struct Office { pub pages: i32 }

pub fn answer_of_another_type(ask: fn() -> Box<Note>) -> Box<Letter> {
    let letter: Box<Letter> = ask();
    letter
}
