// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-reply-to.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Request;

impl Request {
    pub fn reply(&self, _answer: Box<Note>) {}
}

pub fn use_after_reply_to(request: &Request) -> i32 {
    let answer = Box::new(Note { number: 1, text: [0; 24] });
    request.reply(answer);
    answer.number
}
