// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/frozen-written.c
use std::sync::Arc;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn write_frozen(frozen: Arc<Note>) {
    frozen.number = 2;
}
