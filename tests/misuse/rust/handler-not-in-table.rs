// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/handler-not-in-table.c
struct Office;

impl Office {
    fn on_note(&self) {}
    fn on_letter(&self) {}
}

pub fn run() {
    Office.on_note();
}
