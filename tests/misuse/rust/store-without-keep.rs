// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/store-without-keep.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Office<'a> { pub held: Option<&'a Note> }

impl<'a> Office<'a> {
    pub fn on_note(&mut self, note: Box<Note>) {
        self.held = Some(&note);
    }
}
