// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-stash.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

#[must_use]
pub fn stash(_note: Box<Note>) -> Option<Box<Note>> {
    None
}

pub fn use_after_stash(note: Box<Note>, sum: &mut i32) {
    if stash(note).is_none() {
        *sum += note.number;
    }
}
