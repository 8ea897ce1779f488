"""English words that say nothing about what a prompt is about."""

from __future__ import annotations

_TEXT = """
a about above actually after again all already also although always am an and another any anybody anyone
anything anyway are aren't around as ask asking at away back be became because been before being below between
both but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done dont down
during each either else etc even ever every everything exactly few first for from further get gets getting
give given go goes going gone gonna good got great had hadn't happen happened happening has hasn't have
haven't having he he's hello help her here here's hey hi him his how how's however i i'd i'll i'm i've id if
ill im in into is isn't it it'd it'll it's its itself ive just keep kind know last least let let's like likely
little long look looking lot made make making many may maybe me mean might mine more most much must my myself
need needed needs never next nice no nobody none nor not nothing now of off often oh ok okay on once one ones
only onto or other our ours out over own perhaps please possible probably put quite rather really right said
same saw say saying says see seem seems seen she should shouldn't since so some somebody someone something
sometimes soon sorry still stuff such sure take taken takes taking tell than thank thanks that that'd that's
thats the their them then there there's these they they're they've thing things think this those though
thought through to today told too took tried tries try trying two under until unto up upon us use used using
usually very via want wanted wants was wasn't way we we'd we'll we're we've well went were weren't what what's
whats when where where's whether which while who who's whom whose why will with within without won't wondering
wont would wouldn't yeah yes yet you you'd you'll you're you've your yours yourself
"""

#: Function words, courtesies, and the verbs of asking that stand in every prompt.
STOP: frozenset[str] = frozenset(_TEXT.split())
