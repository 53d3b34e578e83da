// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/missing-semicolon.c
pub fn missing_semicolon() -> i32 {
    let note = 1
    struct Letter;
    note
}
