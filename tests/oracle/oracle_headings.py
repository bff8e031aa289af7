"""The columns that the oracle reads of each object, and what stands over them (docs/sources.md)."""

from oracle_words import fold

TOTALS = frozenset(fold(word) for word in ("جمع", "جمع کل", "مجموع", "total"))

OBJECTS = {
    "mis": "mis_report",
    "mis awards": "mis_award",
    "smis": "smis_report",
    "pension_transfer": "pension_transfer_event",
    "pension_payroll": "pension_payroll_file",
    "scan_index events": "scan_step_event",
    "scan_index register": "scan_register",
    "scan_index destruction": "scan_destruction",
    "contribution_list lists": "contribution_list",
    "contribution_list workers": "contribution_list_worker",
}
"""Source and the word in a file's name that tells the object → the object; what is not here is not read."""

_UNIT = ("کد واحد", "کد شعبه", "کد مرکز")
_PERIOD = ("دوره", "سال و ماه", "ماه گزارش")
_MEASURE = ("عنوان آمار", "شاخص آماری")
_VALUE = ("مقدار", "تعداد")
_REPORT = ("کد گزارش", "گزارش")
_EVENT_DATE, _EVENT_TIME = ("تاریخ رویداد", "تاریخ"), ("ساعت رویداد", "ساعت")

HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "mis_report": {
        "report_code": _REPORT,
        "unit_code": _UNIT,
        "period": _PERIOD,
        "insurance_type": ("نوع بیمه", "نوع بیمه پردازی"),
        "sex": ("جنسیت", "جنس"),
        "pension_kind": ("نوع مستمری",),
        "payer_type": ("نوع پرداخت کننده",),
        "benefit_kind": ("نوع تعهد کوتاه مدت", "نوع تعهد"),
        "injury_outcome": ("پیامد حادثه", "نتیجه حادثه"),
        "measure": _MEASURE,
        "value": _VALUE,
    },
    "mis_award": {
        "unit_code": _UNIT,
        "order_no": ("شماره حکم", "شماره حکم برقراری"),
        "pension_kind": ("نوع مستمری",),
        "claim_date": ("تاریخ درخواست", "تاریخ تقاضا"),
        "order_date": ("تاریخ حکم", "تاریخ صدور حکم"),
    },
    "smis_report": {
        "report_code": _REPORT,
        "unit_code": _UNIT,
        "period": _PERIOD,
        "patient_insurer": ("بیمه بیمار", "نوع بیمه بیمار"),
        "treatment_kind": ("نوع خدمت", "نوع خدمت درمانی"),
        "measure": _MEASURE,
        "value": _VALUE,
    },
    "pension_transfer_event": {
        "event_id": ("شناسه رویداد",),
        "transfer_id": ("شماره انتقال", "شناسه انتقال"),
        "event_type": ("نوع رویداد", "رویداد"),
        "event_date": _EVENT_DATE,
        "event_time": _EVENT_TIME,
        "origin_unit_code": ("شعبه مبدأ", "مبدأ"),
        "compare_result": ("نتیجه تطبیق",),
        "file_no": ("شماره پرونده مستمری", "شماره پرونده"),
        "destination_unit_code": ("شعبه مقصد", "مقصد"),
    },
    "pension_payroll_file": {
        "unit_code": ("شعبه پرداخت کننده", "کد شعبه"),
        "period": ("ماه پرداخت", "ماه"),
        "file_no": ("شماره پرونده مستمری", "شماره پرونده"),
    },
    "scan_step_event": {
        "event_id": ("شناسه رویداد",),
        "file_no": ("شماره پرونده فنی", "شماره پرونده"),
        "workflow": ("نوع فرایند",),
        "step": ("مرحله", "کد مرحله"),
        "event_date": _EVENT_DATE,
        "event_time": _EVENT_TIME,
        "unit_code": ("کد شعبه", "کد واحد"),
        "leaf_count": ("تعداد برگ",),
        "document_id": ("شناسه سند", "شماره سند"),
        "image_count": ("تعداد تصویر",),
    },
    "scan_register": {
        "unit_code": ("کد شعبه", "کد واحد"),
        "period": ("ماه", *_PERIOD),
        "register_part": ("بخش دفتر",),
        "file_count": ("تعداد پرونده",),
        "complete_count": ("تعداد پرونده تکمیل‌شده", "تعداد تکمیل شده"),
    },
    "scan_destruction": {
        "unit_code": ("کد شعبه", "کد واحد"),
        "period": ("ماه", *_PERIOD),
        "held_on": ("تاریخ برگزاری",),
        "has_minutes": ("دارای صورتجلسه", "صورتجلسه"),
        "quality_checked": ("اطمینان از کیفیت تصاویر", "کنترل کیفیت انجام شده"),
    },
    "contribution_list": {
        "workshop_code": ("کد کارگاه", "DSK_ID"),
        "list_year": ("سال عملکرد", "سال", "DSK_YY"),
        "list_month": ("ماه عملکرد", "ماه", "DSK_MM"),
        "list_no": ("شماره لیست", "DSK_LISTNO"),
        "filed_on": ("تاریخ ارسال", "تاریخ ارسال لیست"),
    },
    "contribution_list_worker": {
        "workshop_code": ("کد کارگاه", "DSW_ID"),
        "list_year": ("سال عملکرد", "سال", "DSW_YY"),
        "list_month": ("ماه عملکرد", "ماه", "DSW_MM"),
        "list_no": ("شماره لیست", "DSW_LISTNO"),
        "insurance_no": ("شماره بیمه", "DSW_ID1"),
        "day_count": ("تعداد روزهای کارکرد", "DSW_DD"),
        "insurable_rial": ("جمع دستمزد و مزایای ماهانه مشمول", "DSW_MASH"),
    },
}
"""Object → column → its headings; the first columns of files that are not listed here are not read."""
