// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-freeze.c
use std::sync::Arc;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn use_after_freeze(mut note: Box<Note>) {
    let _frozen: Arc<Note> = Arc::from(note);
    note.number = 2;
}
