// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/handler-of-another-kind.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Letter { pub pages: i32 }
pub struct Office { pub pages: i32 }
pub struct Depot;

pub fn table() -> [fn(&mut Office, Box<Note>); 1] {
    [Depot::on_note]
}

impl Depot {
    pub fn on_note(&mut self, _note: Box<Note>) {}
}
