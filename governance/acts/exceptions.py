"""What an auditor is shown first: what is out of the ordinary, by the view `audit_exception`, in two languages.

The view finds and ranks; here is what each exception says. A rank of 1 is a broken rule, 2 a rule of which it cannot
be shown that it was kept, 3 something to look at.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

RANKS = {1: "broken", 2: "not shown", 3: "look"}

WORDS: dict[str, tuple[str, str]] = {
    "SAME_PERSON": ("confirmed by the one who proposed it", "پیشنهاددهنده خود تأیید کرده است"),
    "UNREGISTERED": ("the acting official was never registered", "عمل‌کننده هرگز ثبت نشده است"),
    "ROLE_NOT_HELD": ("the acting official did not hold the role", "عمل‌کننده نقش لازم را نداشت"),
    "CHECK_FAILED": ("published although a check failed", "با وجود رد شدن وارسی منتشر شده است"),
    "CORRECTION_ALONE": ("a correction without a second person", "تصحیح بدون نفر دوم"),
    "PAYLOAD_MISSING": ("a payload is gone and nobody recorded its erasure", "محتوا نیست و پاک شدن آن ثبت نشده است"),
    "SECOND_PERSON_UNKNOWN": (
        "who proposed or confirmed was erased: a second person cannot be shown",
        "پیشنهاددهنده یا تأییدکننده پاک شده است: نفر دوم نشان‌دادنی نیست",
    ),
    "ENTERED_BY_NOBODY": ("entered without an acting official", "بدون عمل‌کننده ثبت شده است"),
    "NOT_CHECKED": ("published without the verdict of every check", "بدون نتیجه همه وارسی‌ها منتشر شده است"),
    "REWORDED": ("a definition changed its text without a new version", "متن تعریف بدون نسخه تازه تغییر کرده است"),
    "ERASURE_UNFINISHED": ("an erasure was confirmed and not carried out", "پاک‌سازی تأیید شده و انجام نشده است"),
    "UNWITNESSED": ("no witness cosigned the newest checkpoint", "هیچ شاهدی آخرین نقطه وارسی را امضا نکرده است"),
    "CHECK_FLAGGED": ("published with flags that nobody judged", "با نشانه‌های داوری‌نشده منتشر شده است"),
    "PUBLISHED_WITHIN_AN_HOUR": (
        "published within an hour of its proposal",
        "کمتر از یک ساعت پس از پیشنهاد منتشر شده است",
    ),
    "PROVISIONAL": ("published with provisional figures", "با ارقام موقت منتشر شده است"),
    "NOT_REPORTED": ("published figures that no unit reported", "ارقام منتشرشده گزارش واحدها نیست"),
    "WITHDRAWN": ("a release was withdrawn", "یک انتشار پس گرفته شده است"),
    "DEMO_OFFICIAL": ("an invented official is registered", "عامل ساختگی ثبت شده است"),
    "GRANT_EXPIRED": ("a grant of access has expired and was not taken back", "دسترسی منقضی شده و پس گرفته نشده است"),
    "GRANT_EXPIRES": ("a grant of access expires within 30 days", "دسترسی تا ۳۰ روز دیگر منقضی می‌شود"),
    "KEYS_ABANDONED": ("pseudonym keys were given up", "کلیدهای نام مستعار کنار گذاشته شده است"),
    "NO_DECISION": ("in use without a decision", "بدون تصمیم به کار رفته است"),
    "PAYLOAD_ERASED": ("a payload was erased", "محتوایی پاک شده است"),
}
"""Code of an exception → English and Persian."""

_QUERY = text("select * from audit_exception order by rank, exception, sequence")


@dataclass(frozen=True)
class Found:
    """One exception.

    Attributes:
        rank: 1 broken, 2 not shown, 3 look.
        exception: Its code.
        sequence: The event, or the size of a checkpoint.
        instant: When.
        office: Office of the actor.
        kind: Kind of the event.
        subject: What it happened to.
        clause: Clause or house rule that the exception is about.
        detail: A count, a day or a code; often empty.
    """

    rank: int
    exception: str
    sequence: int
    instant: str
    office: str
    kind: str
    subject: str
    clause: str
    detail: str

    @property
    def words(self) -> tuple[str, str]:
        """What it says, in English and Persian."""
        return WORDS[self.exception]


def exceptions(connection: Connection) -> list[Found]:
    """Return everything out of the ordinary, the gravest first."""
    return [Found(**row._asdict()) for row in connection.execute(_QUERY)]
