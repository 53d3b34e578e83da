# SPDX-License-Identifier: BSD-2-Clause
# man.awk - man pages of section 3 out of the comments in the public headers, so that there is one source
#
#   awk -v into=DIRECTORY -v version=0.1.0 -f man.awk include/odeon/*.h     writes NAME.3 for each documented function
#   awk -v list=1 -f man.awk include/odeon/*.h                              prints their names, and writes nothing
#
# A page for each comment that begins with "/**"; the other functions that it speaks of, those ending in _at among them,
# get a page that refers to it. What the comments must look like, HACKING.md says.

/^\/\*\*$/ { begin(); next }
state == "comment" && /^ \*\/$/ { state = "declarations"; next }
state == "comment" { comment[++comments] = substr($0, 4); next }
state == "declarations" && /^[ \t]*$/ { finish(); next }
state == "declarations" { declare($0) }
END { if (state == "declarations") finish() }

function begin()
{
	state = "comment"
	comments = macros = prototypes = 0
	pending = ""
}

# ---- declarations: macros as NAME(arguments), functions as prototypes without attributes -----------------------------

function declare(line)
{
	if (in_body || line ~ /^[{}]/) {                # of an inline function, or a macro's further lines
		in_body = line ~ /\\$/
		return
	}
	if (line ~ /^#define /) {
		sub(/^#define /, "", line)
		macro[++macros] = substr(line, 1, index(line, ")"))
		in_body = line ~ /\\$/
		return
	}
	if (line ~ /^#/ || (pending == "" && line !~ /^(ODEON_API|static inline) /))
		return
	sub(/^[ \t]+/, "", line)
	pending = pending == "" ? line : pending " " line
	if (line ~ /[;}]$/ || line ~ /\)$/ && line ~ /^static inline/ || pending ~ /^static inline.*\)$/) {
		prototype[++prototypes] = bare(pending)
		pending = ""
	}
}

# Up to the parenthesis that ends the parameters.
function bare(text,   at, depth, c)
{
	gsub(/ODEON_API |ODEON_MUST_ |ODEON_MESSAGE_GIVEN_ |static inline /, "", text)
	for (at = 1; at <= length(text); at++) {
		c = substr(text, at, 1)
		if (c == "(")
			depth++
		if (c == ")" && --depth == 0)
			break
	}
	return substr(text, 1, at) ";"
}

function name_of(text)
{
	sub(/\(.*/, "", text)
	sub(/.*[ *]/, "", text)
	return text
}

# What a macro looks like to its user: its plain function's prototype, with the send site left out.
function as_function(text,   i, name, found)
{
	name = name_of(text)
	for (i = 1; i <= prototypes; i++)
		if (name_of(prototype[i]) == name "_at") {
			found = prototype[i]
			sub(/, const odeon_site \*site/, "", found)
			sub(name "_at", name, found)
			if (text ~ /\(T,/)
				sub(/void \*odeon_ask\(const odeon_type \*type/, "struct T *odeon_ask(T", found)
			return found
		}
	return name_of(prototype[1]) == name ? "" : text ";"
}

# ---- a page ----------------------------------------------------------------------------------------------------------

function finish(   i, names, count, head, text)
{
	state = ""
	if (prototypes == 0)
		return
	head = comment[1]
	for (i = 2; i <= comments && comment[i] != ""; i++) {
		if (comment[i] ~ /^@/)
			break
		text = comment[i]
		sub(/^ +/, "", text)
		head = head " " text
	}
	count = split(substr(head, 1, index(head, " - ") - 1), names, ", ")
	if (list)
		list_names(names, count)
	else
		write_page(names, count, substr(head, index(head, " - ") + 3), i)
}

# All that have a page: those in the comment's first line, then those that are only declared.
function list_names(names, count,   i, name)
{
	for (i = 1; i <= count; i++)
		print named[names[i]] = names[i]
	for (i = 1; i <= prototypes; i++) {
		name = name_of(prototype[i])
		if (!(name in named))
			print named[name] = name
	}
}

function write_page(names, count, summary, from,   i, name)
{
	page = into "/" names[1] ".3"
	put(".\\\" Made from the comments in the headers by man.awk.")
	put(".TH " names[1] " 3 \"\" \"odeon " version "\" \"odeon\"")
	put(".SH NAME")
	for (i = 1; i < count; i++)
		put(names[i] ",")
	put(names[count] " \\- " escape(summary))
	write_synopsis()
	write_text(from)
	put(".SH SEE ALSO")
	put(".BR odeon (7)")
	close(page)
	for (i = 2; i <= count; i++)
		refer(names[i], names[1])
	for (i = 1; i <= prototypes; i++) {
		name = name_of(prototype[i])
		if (name != names[1])
			refer(name, names[1])
	}
}

function refer(name, to,   other)
{
	other = into "/" name ".3"
	print ".so man3/" to ".3" > other
	close(other)
}

function write_synopsis(   i, text)
{
	put(".SH SYNOPSIS")
	put(".nf")
	put("#include <odeon.h>")
	put(".sp")
	for (i = 1; i <= macros; i++)
		if ((text = as_function(macro[i])) != "")
			put(escape(text))
	for (i = 1; i <= prototypes; i++)
		put(escape(prototype[i]))
	put(".fi")
}

# The lines after the head: parameters, paragraphs, and the sections Returns, Context and Since.
function write_text(from,   i, text, described)
{
	for (i = from; i <= comments; i++) {
		text = comment[i]
		if (text != "" && text !~ /^(Returns|Context|Since):/ && !described++)
			put(".SH DESCRIPTION")
		if (text == "") {
			if (described)
				put(".PP")
		} else if (text ~ /^@[A-Za-z_]+:/) {
			put(".TP")
			put(".I " substr(text, 2, index(text, ":") - 2))
			put(escape(after(text, ":")))
		} else if (text ~ /^(Returns|Context|Since):/) {
			described = 1
			put(".SH " (text ~ /^R/ ? "RETURN VALUE" : toupper(substr(text, 1, index(text, ":") - 1))))
			put(escape(after(text, ":")))
		} else if (text ~ /^ +ODEON_[A-Z]+  /) {
			sub(/^ +/, "", text)
			put(".TP")
			put(".B " substr(text, 1, index(text, " ") - 1))
			put(escape(after(text, " ")))
		} else if (text ~ /^  or /) {
			put(".PP")
			put(escape(after(text, " ")))
		} else
			put(escape(text))
	}
}

function after(text, separator)
{
	text = substr(text, index(text, separator) + 1)
	sub(/^ +/, "", text)
	return text
}

function escape(text)
{
	gsub(/\\/, "\\e", text)
	sub(/^ +/, "", text)
	while (match(text, /@[A-Za-z_]+/))      # a parameter
		text = substr(text, 1, RSTART - 1) "\\fI" substr(text, RSTART + 1, RLENGTH - 1) "\\fR" \
			substr(text, RSTART + RLENGTH)
	if (text ~ /^[.']/)
		text = "\\&" text
	return text
}

function put(text) { print text > page }
