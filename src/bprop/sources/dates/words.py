"""The words in dates: months and days of the week in several languages, and the names of time zones."""

from __future__ import annotations

from unicodedata import combining, normalize

_MONTHS = {
    "English": "january february march april may june july august september october november december",
    "German": "januar februar marz april mai juni juli august september oktober november dezember",
    "Austrian": "janner feber marz april mai juni juli august september oktober november dezember",
    "French": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Portuguese": "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober november december",
    "Danish": "januar februar marts april maj juni juli august september oktober november december",
    "Norwegian": "januar februar mars april mai juni juli august september oktober november desember",
    "Finnish": (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta "
        "marraskuuta joulukuuta"
    ),
    "Turkish": "ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "Russian alone": "январь февраль март апрель маи июнь июль август сентябрь октябрь ноябрь декабрь",
    "Russian, short": "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
}
_SHORT = {
    "sept": 9, "set": 9, "mrz": 3, "mar": 3, "mrt": 3, "maerz": 3, "okt": 10, "dez": 12, "dic": 12, "fev": 2, "fevr": 2,
    "avr": 4, "abr": 4, "ene": 1, "gen": 1, "mag": 5, "giu": 6, "lug": 7, "ago": 8, "ott": 10, "out": 10, "janv": 1,
    "juil": 7, "jaen": 1, "mei": 5, "mai": 5, "juin": 6, "aout": 8, "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
MONTHS = _SHORT | {name: k for names in _MONTHS.values() for k, name in enumerate(names.split(), 1)}
"""{name or short name, in lower case and without accents: number of the month}."""
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
    "lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom "
    "lunedi martedi mercoledi giovedi venerdi sabato domenica gio"
)
WEEKDAYS = frozenset(_DAYS.split())
ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420,
}  # fmt: skip
"""{name of a time zone: minutes ahead of UTC}; BST is British, EST to PDT are North American."""


def plain(word: str) -> str:
    """A word in lower case, without accents and points."""
    return "".join(c for c in normalize("NFD", word.lower().strip(".")) if not combining(c))


def month_of(word: str) -> int:
    """The number of a month by its name; 0 for other words."""
    return MONTHS.get(plain(word), 0)
