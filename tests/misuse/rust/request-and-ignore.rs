// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/request-and-ignore.c
pub struct Note { pub number: i32 }

pub fn request_and_ignore(ask: fn(Box<Note>) -> Result<(), i32>) {
    ask(Box::new(Note { number: 1 }));
}
