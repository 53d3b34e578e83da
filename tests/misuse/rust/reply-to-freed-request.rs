// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/reply-to-freed-request.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Request;

impl Request {
    pub fn reply(&self, _answer: Box<Note>) {}
}

pub fn reply_to_freed_request(request: Request) {
    drop(request);
    request.reply(Box::new(Note { number: 1, text: [0; 24] }));
}
