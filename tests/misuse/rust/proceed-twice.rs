// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/proceed-twice.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn proceed(_message: Box<Note>) {}

pub fn again(message: Box<Note>) {
    proceed(message);
    proceed(message);
}
