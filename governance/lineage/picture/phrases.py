"""Every word of the picture of a trace, in Persian and English."""

from typing import Literal

Language = Literal["fa", "en"]
LANGUAGES: tuple[Language, ...] = ("fa", "en")

PHRASES: dict[str, tuple[str, str]] = {
    "number": ("عدد", "The number"),
    "withheld": ("منتشر نمی‌شود", "withheld"),
    "missing": ("مقداری نیست", "no value"),
    "status": ("وضعیت", "status"),
    "days": ("از {0} تا {1} (میلادی)", "{0} to {1} (Gregorian)"),
    "synthetic": ("این رقم را برنامه‌ای مولد ساخته است", "Made by a generator: not a fact about any organisation"),
    "formula": ("چگونه به دست آمده است", "How it was computed"),
    "NUMERATOR": ("صورت", "Numerator"),
    "DENOMINATOR": ("مخرج", "Denominator"),
    "VALUE": ("مقدار", "Value"),
    "DECIDES": ("تعیین‌کننده شمول", "decides what counts"),
    "divided_by": ("تقسیم بر", "divided by"),
    "counting": ("چه چیزی شمرده می‌شود", "What counts"),
    "definition": ("تعریف {0}، نسخه {1}", "definition {0}, version {1}"),
    "made_of": ("از چه ساخته شده است", "What it is made of"),
    "areas": ("{0} استان", "{0} provinces"),
    "months": ("{0} ماه", "{0} months"),
    "units": ("{0} رقم واحدها", "{0} figures of units"),
    "hidden": ("{0} رقم منتشر نمی‌شود", "{0} of these are withheld"),
    "tables": ("جدول‌ها، هر یک با نسخه", "Tables, each at its version"),
    "version": ("نسخه", "version"),
    "gold": ("جدول نهایی", "gold"),
    "silver": ("جدول پاک‌سازی‌شده", "silver"),
    "bronze": ("دفتر دریافت", "bronze"),
    "files": ("پرونده‌های دریافتی", "Files as received"),
    "file_count": ("{0} پرونده", "{0} files"),
    "lines": ("سطر خوانده‌شده", "lines read"),
    "used": ("سطر به‌کاررفته", "rows used"),
    "deciding": ("{0} پرونده دیگر شمول سطرها را تعیین می‌کند", "{0} more files decide which rows count"),
    "more": ("و {0} پرونده دیگر", "and {0} more"),
    "set_aside": ("کنارگذاشته یا اصلاح‌شده", "Set aside or mended"),
    "quarantined": ("کنارگذاشته", "set aside"),
    "corrected": ("اصلاح‌شده", "mended"),
    "rows": ("سطر", "rows"),
    "people": ("چه کسانی آن را منتشر کردند", "Who let it out"),
    "release": ("انتشار", "release"),
    "release.proposed": ("پیشنهاد", "proposed"),
    "release.checked": ("بررسی", "checked"),
    "release.approved": ("تأیید", "approved"),
    "release.published": ("انتشار", "published"),
    "release.withdrawn": ("پس گرفتن", "withdrawn"),
    "event": ("رویداد {0} دفتر ثبت", "event {0} of the ledger"),
    "by_clause": ("به استناد {0}", "by clause {0}"),
    "guard": ("حفظ محرمانگی", "Confidentiality"),
    "threshold": (
        "دست‌کم {0} مورد در پس هر رقم؛ {1} از {2} رقم این مجموعه منتشر نشده است",
        "At least {0} contributors behind each figure; {1} of {2} figures of this dataset are withheld",
    ),
    "gold_only": ("رقم داخلی و محرمانه، منتشر نشده", "Inside only: confidential, not published"),
    "asked_as": ("دیده‌شده با دسترسی {0}", "seen with the access of {0}"),
    "not_recorded": ("این انتشار ثبت نکرده است: {0}", "This release does not record: {0}"),
    "area": ("محدوده", "area"),
    "period": ("دوره", "period"),
    "unit": ("واحد", "unit"),
    "value": ("مقدار", "value"),
    "part": ("بخش", "part"),
    "source": ("منبع", "source"),
    "file": ("پرونده", "file"),
    "rule": ("قاعده", "rule"),
    "kind": ("نوع", "kind"),
    "measure": ("سنجه", "measure"),
    "count_withheld": ("محرمانه", "withheld"),
    "lost": ("آنچه پس از آن از میان رفته است", "What is gone since"),
    "title": ("مسیر یک عدد تا پرونده‌های آن", "From a number back to its files"),
}


def phrase(name: str, language: Language, *values: object) -> str:
    """Return a phrase in a language; a name without one stands for itself."""
    found = PHRASES.get(name)
    return name if found is None else found[LANGUAGES.index(language)].format(*values)
