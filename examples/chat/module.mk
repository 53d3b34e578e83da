# SPDX-License-Identifier: BSD-2-Clause
# A chat, by `nc` and by a page in a browser.
if HAVE_NET
if HAVE_HTTP
noinst_PROGRAMS += %D%/19-chat
TESTS           += %D%/19-chat.expected
endif
endif
%C%_19_chat_SOURCES = \
	%D%/19-chat.c %D%/chat.h %D%/guest.c %D%/hall.c %D%/room.c %D%/text.c %D%/trial.c
%C%_19_chat_LDADD = libodeon-http.la libodeon-net.la libodeon.la
EXTRA_DIST       += %D%/19-chat.expected %D%/README.md %D%/page.html
