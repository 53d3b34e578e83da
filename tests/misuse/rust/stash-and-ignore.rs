// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/stash-and-ignore.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn stash(_note: Box<Note>) -> Result<(), Box<Note>> {
    Ok(())
}

pub fn stash_and_ignore(note: Box<Note>) {
    stash(note);
}
