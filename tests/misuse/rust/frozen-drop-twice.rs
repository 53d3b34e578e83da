// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/frozen-drop-twice.c
use std::sync::Arc;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn drop_twice(frozen: Arc<Note>) {
    drop(frozen);
    drop(frozen);
}
