// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/missing-field.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn missing_field() -> Note {
    Note { number: 1, text: [0; 24], colour: 1 }
}
