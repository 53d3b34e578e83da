// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/handler-reads-another-type.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Letter { pub pages: i32 }
pub struct Office { pub pages: i32 }

impl Office {
    pub fn on_note(&mut self, note: Box<Note>) {
        self.pages = note.pages;
    }
}
