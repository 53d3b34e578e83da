// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-gather-request.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn use_after_gather_request(ask: fn(Box<Note>) -> Result<(), i32>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    match ask(note) {
        Ok(()) => note.number,
        Err(error) => error,
    }
}
