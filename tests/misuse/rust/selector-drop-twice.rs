// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/selector-drop-twice.c
pub struct Selector;

pub fn selector_drop_twice(selector: Selector) {
    drop(selector);
    drop(selector);
}
