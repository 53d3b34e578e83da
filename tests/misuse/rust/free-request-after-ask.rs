// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/free-request-after-ask.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn free_request_after_ask(ask: fn(Box<Note>) -> Option<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    if ask(note).is_none() {
        drop(note);
    }
}
