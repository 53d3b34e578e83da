// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/duty-used-after-free.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Request;

impl Request {
    pub fn reply(&self, _answer: Box<Note>) {}
}

pub fn duty_used_after_free(duty: Request) {
    drop(duty);
    duty.reply(Box::new(Note { number: 1, text: [0; 24] }));
}
