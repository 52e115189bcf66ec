"""Whose domain an address has: a company's, or a provider's that anybody may have an address at."""

from __future__ import annotations

_PROVIDERS = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.pt hotmail.com
hotmail.co.uk hotmail.de hotmail.fr hotmail.es hotmail.it live.com live.de live.fr live.nl live.co.uk
msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.com.br yahoo.co.in yahoo.co.jp
ymail.com rocketmail.com aol.com aol.de aim.com icloud.com me.com mac.com proton.me protonmail.com
protonmail.ch pm.me gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.fr web.de t-online.de freenet.de arcor.de
online.de 1und1.de posteo.de posteo.net mailbox.org mail.de email.de tutanota.com tutanota.de tuta.io
fastmail.com fastmail.fm hey.com zoho.com zohomail.eu mail.com email.com usa.com europe.com inbox.com
hushmail.com yandex.com yandex.ru ya.ru mail.ru bk.ru inbox.ru list.ru rambler.ru orange.fr wanadoo.fr
free.fr laposte.net sfr.fr bbox.fr neuf.fr libero.it virgilio.it tiscali.it alice.it tin.it telefonica.net
terra.es sapo.pt iol.pt clix.pt mail.telepac.pt netcabo.pt telenet.be skynet.be proximus.be ziggo.nl
kpnmail.nl planet.nl hetnet.nl home.nl xs4all.nl btinternet.com sky.com virginmedia.com talktalk.net
ntlworld.com blueyonder.co.uk bluewin.ch hispeed.ch sunrise.ch a1.net aon.at chello.at wp.pl o2.pl onet.pl
interia.pl op.pl seznam.cz centrum.cz email.cz azet.sk freemail.hu citromail.hu abv.bg mail.bg telia.com
comhem.se online.no getmail.no comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net
charter.net earthlink.net juno.com rogers.com shaw.ca sympatico.ca videotron.ca bigpond.com
optusnet.com.au xtra.co.nz qq.com 163.com 126.com sina.com sohu.com foxmail.com yeah.net naver.com
daum.net hanmail.net uol.com.br bol.com.br terra.com.br ig.com.br rediffmail.com
"""
PUBLIC = frozenset(_PROVIDERS.split())


def domain_of(address: str) -> str:
    """What stands behind the @, in small letters; empty for what is no address."""
    name, at, domain = address.strip().lower().rpartition("@")
    return domain.strip(".") if name and at and "." in domain else ""


def company_domain(address: str) -> str:
    """The domain when it is a company's own; empty for providers whose addresses anybody may have."""
    domain = domain_of(address)
    return "" if domain in PUBLIC or domain.endswith(".invalid") else domain
