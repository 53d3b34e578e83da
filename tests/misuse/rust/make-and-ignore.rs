// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/make-and-ignore.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn make_and_ignore() {
    Box::new(Note { number: 1, text: [0; 24] });
}
