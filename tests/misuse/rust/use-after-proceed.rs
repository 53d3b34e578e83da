// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-proceed.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn proceed(_message: Box<Note>) {}

pub fn sum(message: Box<Note>, sum: &mut i32) {
    proceed(message);
    *sum += message.number;
}
