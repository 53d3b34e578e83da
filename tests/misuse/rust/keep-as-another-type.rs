// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/keep-as-another-type.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Letter { pub pages: i32 }
pub struct Office { pub held: Option<Box<Letter>> }

impl Office {
    pub fn on_note(&mut self, note: Box<Note>) {
        self.held = Some(note);
    }
}
