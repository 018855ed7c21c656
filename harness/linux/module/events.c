// SPDX-License-Identifier: GPL-2.0-only
/* What happened during a step, in order, and the answer's text. */
#include "dmao.h"

static struct ev evs[MAXEV];
static int nev, nwarn;
static bool ev_lost;
char *out;
size_t outlen;

struct ev *ev_add(enum ev_kind k)
{
	static struct ev spill;
	struct ev *e;

	if (nev >= MAXEV) {
		ev_lost = true;
		e = &spill;
	} else {
		e = &evs[nev++];
	}
	memset(e, 0, sizeof(*e));
	e->k = k;
	nwarn += k == E_WARN;
	return e;
}

__printf(1, 2) void oput(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	outlen += vscnprintf(out + outlen, OUTSZ - outlen, fmt, ap);
	va_end(ap);
}

void oname(const char *s)
{
	if (s)
		oput("\"%s\"", s);
	else
		oput("null");
}

void o_events(void)
{
	int i;

	oput("\"w\":%d,\"cb\":[", nwarn);
	for (i = 0; i < nev; i++) {
		struct ev *e = &evs[i];
		const char *dn = e->dev ? e->dev->name : "?";

		if (i)
			oput(",");
		switch (e->k) {
		case E_ALLOC:
			oput("\"alloc %s\"", dom_name(e->dom));
			break;
		case E_DENY:
			oput("\"deny %s\"", type_class(e->a));
			break;
		case E_FREE:
			oput("\"free %s%s\"", dom_name(e->dom), e->flag ? " !attached" : "");
			break;
		case E_ATTACH:
			oput("\"attach %s %s", dn, dom_name(e->dom));
#ifdef HAVE_ATTACH_OLD
			oput(" from %s", e->old ? dom_name(e->old) : "-");
#endif
			if (e->flag)
				oput(" !freed");
			if (e->r)
				oput(" = %d", e->r);
			oput("\"");
			break;
		case E_DETACH:
			oput("\"detach %s %s\"", dn, dom_name(e->dom));
			break;
		case E_PROBE:
			if (e->r)
				oput("\"probe %s = %d\"", dn, e->r);
			else
				oput("\"probe %s\"", dn);
			break;
		case E_RELEASE:
			oput("\"release %s\"", dn);
			break;
		case E_FINAL:
			oput("\"finalize %s\"", dn);
			break;
		case E_GROUP:
			oput("\"group %s = %d\"", dn, e->r);
			break;
		case E_GNEW:
			oput("\"newgroup %s\"", e->grp->name);
			break;
		case E_GFREE:
			oput("\"freegroup %s\"", e->grp->name);
			break;
		case E_SETPASID:
			oput("\"setpasid %s %d %s", dn, e->a, dom_name(e->dom));
			if (e->r)
				oput(" = %d", e->r);
			oput("\"");
			break;
		case E_RMPASID:
			oput("\"rmpasid %s %d %s\"", dn, e->a, e->dom ? dom_name(e->dom) : "-");
			break;
		case E_DRVPROBE:
			if (e->r)
				oput("\"drvprobe %s = %d\"", dn, e->r);
			else
				oput("\"drvprobe %s\"", dn);
			break;
		case E_MAP:
			oput("\"map %s\"", dom_name(e->dom));
			break;
		case E_PLATFORM:
			oput("\"platform %s\"", dn);
			break;
		case E_XLATE:
			oput("\"xlate %s\"", dn);
			break;
		case E_WARN:
			oput("\"WARN %ps:%d\"", (void *)e->ip, e->a);
			break;
		}
	}
	oput("]");
	if (ev_lost)
		oput(",\"lost\":true");
	ev_clear();
}

void ev_clear(void)
{
	nev = 0;
	nwarn = 0;
	ev_lost = false;
}
