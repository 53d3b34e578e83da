// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/handler-of-wrong-type.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Letter { pub pages: i32 }
pub struct Office { pub pages: i32 }

pub trait Message {}
pub trait Handle<M> {
    fn handle(&mut self, message: Box<M>);
}

impl Handle<Note> for Office {
    fn handle(&mut self, message: Box<Letter>) {
        self.pages = message.pages;
    }
}
