// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-try-post.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn use_after_try_post(try_post: fn(Box<Note>) -> Option<Box<Note>>) {
    let mut note = Box::new(Note { number: 1, text: [0; 24] });
    if try_post(note).is_some() {
        note.number = 2;
    }
}
