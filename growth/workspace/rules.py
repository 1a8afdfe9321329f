"""The rules of form, and what else this room looks at: why each exists and how to mend what it finds (``growth explain``)."""

from __future__ import annotations

from collections.abc import Iterable

from growth.app import App, RuleText, discover, handed
from growth.errors import GrowthError
from growth.language import Text, _
from growth.workspace.problems import hint_for

_SOURCE = "docs/reference/workspace.md"
_YAML = "https://yaml.org/spec/1.2.2/"


def _rule(id: str, en: str, zh: str, why: tuple[str, str], mend: tuple[str, str], source: str = _SOURCE) -> RuleText:
    return RuleText(id=id, title=Text(en, zh), why=Text(*why), mend=Text(*mend), source=source)


RULES: tuple[RuleText, ...] = (
    _rule(
        "yaml-syntax",
        "The file is not YAML",
        "文件不是合法的 YAML",
        (
            "A bracket, quote or indentation does not fit, so nothing behind it can be read.",
            "括号、引号或缩进不匹配，其后的内容无法读取。",
        ),
        (
            "Look at the line named and the one before: close quotes and brackets, indent one level alike, put a space after a colon.",
            "查看所指的行及上一行：补全引号和括号，同级的键缩进一致，冒号后留一个空格。",
        ),
        _YAML,
    ),
    _rule(
        "yaml-tab",
        "A tab is typed",
        "使用了制表符",
        (
            "YAML counts spaces; how wide a tab is depends on the editor, so what looks aligned may not be.",
            "YAML 以空格计缩进；制表符的宽度因编辑器而异，看似对齐未必对齐。",
        ),
        ("Type spaces. Editors can do it for the Tab key.", "改为空格；可在编辑器中设置按 Tab 键插入空格。"),
        _YAML,
    ),
    _rule(
        "yaml-character",
        "A character is ambiguous or not allowed",
        "字符有歧义或不允许",
        (
            "Full-width punctuation is read where it can only mean one thing; here it could be text or structure.",
            "全角标点在含义唯一时可以识别；此处可能是文字，也可能是语法。",
        ),
        ('Type the character named, or put the text in "quotes".', "输入提示中的字符，或用英文引号把文字括起来。"),
    ),
    _rule(
        "yaml-duplicate-key",
        "A key stands twice",
        "键重复",
        (
            "Which of the two counts would be chance; other programs silently take the last.",
            "两处以哪个为准全凭偶然；有的程序会悄悄取最后一个。",
        ),
        ("Keep one of the two lines named.", "在所指的两行中保留一行。"),
        _YAML,
    ),
    _rule(
        "yaml-tag",
        "A YAML tag is used",
        "使用了 YAML 标签",
        ("Tags can make a reader run code; settings need none.", "标签可能使读取程序执行代码，设置文件用不到。"),
        ("Delete the word that starts with !, or put the text in quotes.", "删去以 ! 开头的词，或把文字放进引号。"),
    ),
    _rule(
        "yaml-alias",
        "Aliases that are too many, broken, or merge keys",
        "别名过多、无效，或使用了合并键",
        (
            "A few lines of aliases can stand for gigabytes. Merge keys (<<) left YAML with version 1.2.",
            "几行别名即可展开成数 GB 的数据；合并键（<<）已不属于 YAML 1.2。",
        ),
        ("Write the values out.", "直接写出内容。"),
    ),
    _rule(
        "yaml-depth",
        "Nested too deep",
        "嵌套过深",
        ("No setting nests that deep; it is a slip or an attack.", "没有设置需要如此深的嵌套。"),
        ("Check the indentation.", "检查缩进。"),
    ),
    _rule(
        "yaml-version",
        "Another YAML version is asked for",
        "指定了其他 YAML 版本",
        ("YAML 1.1 reads no as false and 20:00 as 1200.", "YAML 1.1 会把 no 读成 false，把 20:00 读成 1200。"),
        ("Delete the %YAML line.", "删去 %YAML 一行。"),
        _YAML,
    ),
    _rule(
        "file-encoding",
        "The file is not text",
        "文件编码无法识别",
        ("UTF-8, UTF-16 with a mark and GB18030 are read.", "可读取 UTF-8、带标记的 UTF-16 与 GB18030。"),
        ("Save the file as UTF-8.", "将文件另存为 UTF-8。"),
    ),
    _rule(
        "file-size",
        "The file is too large",
        "文件过大",
        ("Settings are small; large tables are imported.", "设置文件不应很大；大表请导入。"),
        (
            "Import the table: growth contacts import, growth placement import …",
            "改用导入：growth contacts import、growth placement import 等。",
        ),
    ),
    _rule(
        "file-outside",
        "A link leads out of the workspace",
        "链接指向工作区之外",
        ("Whoever may write to the workspace could read any file of the machine.", "能写工作区的人可借此读取本机任意文件。"),
        ("Put the file itself into the workspace.", "把文件本身放进工作区。"),
    ),
    _rule(
        "file-name",
        "A file name cannot be used",
        "文件名不可用",
        (
            "The file's name is the name of the campaign, activity or survey, in addresses and commands.",
            "文件名就是任务、活动或问卷的名称，会用于网址与命令。",
        ),
        ("Letters (Chinese too), digits, - _ and the ending .yaml.", "使用文字、数字、- 与 _，以 .yaml 结尾。"),
    ),
    _rule(
        "file-missing",
        "A file is not there",
        "文件不存在",
        ("Something in YAML names it.", "YAML 中引用了它。"),
        ("Put it there, or mend the name.", "补上文件，或改正名称。"),
    ),
    _rule(
        "file-unreadable",
        "A file cannot be read",
        "文件无法读取",
        ("Its owner or rights keep this program out, or it is a folder.", "文件的属主或权限不允许读取，或者它是文件夹。"),
        ("Look at it with ls -l.", "用 ls -l 查看权限。"),
    ),
    _rule(
        "file-unread",
        "Nothing reads this file",
        "没有程序读取此文件",
        ("A misspelt name is a setting that silently does nothing.", "文件名写错，其中的设置便不会生效。"),
        ("Rename it, or delete it.", "改名或删除。"),
    ),
    _rule(
        "unknown-key",
        "A key is not known",
        "未知的键",
        ("A misspelt key would silently do nothing.", "写错的键不会生效，也不会有提示。"),
        ("Take one of the keys that are allowed there; growth schema lists them.", "改为允许的键；growth schema 可列出全部。"),
    ),
    _rule(
        "missing-key",
        "A key is missing",
        "缺少键",
        ("It has no default that could be right for everybody.", "它没有适合所有人的默认值。"),
        ("Write it.", "补上该键。"),
    ),
    _rule(
        "wrong-type",
        "Another kind of value is expected",
        "值的类型不对",
        ("A list, text, a number or keys with values are expected there.", "此处应为列表、文字、数字或键值。"),
        ("Write it in the form that the message shows.", "按提示的形式书写。"),
    ),
    _rule(
        "wrong-value",
        "A value is not possible",
        "值不可用",
        ("It has the right kind and cannot be right.", "类型正确，但内容不成立。"),
        ("The message says which form or range is allowed.", "提示中写明了允许的形式或范围。"),
    ),
    _rule(
        "not-allowed",
        "A word is not among those allowed",
        "不在允许的词之列",
        ("Only the words listed have a meaning there.", "此处只有所列的词有意义。"),
        ("Take one of them.", "从中选用一个。"),
    ),
    _rule(
        "no-such-date",
        "A date does not exist",
        "日期不存在",
        ("30 February would be moved or dropped by guess.", "不存在的日期只能靠猜测处理。"),
        ("Mend the date; for the last day of a month write day: last.", "改正日期；每月最后一天写作 day: last。"),
    ),
    _rule(
        "unknown-reference",
        "A name is not there",
        "引用的名称不存在",
        (
            "What it should name was not found: a channel, a segment, a template, a place of notify.",
            "未找到所引用的渠道、人群、模板或通知渠道。",
        ),
        ("Mend the name, or declare it.", "改正名称，或补充声明。"),
    ),
    _rule(
        "missing-variable",
        "A variable is not set",
        "变量未设置",
        ("${NAME} is read from the environment or .env, and NAME is in neither.", "${NAME} 取自环境变量或 .env，两处都没有。"),
        ("Put NAME=value into .env, or give a default: ${NAME:-text}.", "在 .env 写 NAME=值，或给出默认值：${NAME:-文字}。"),
    ),
    _rule(
        "secret-in-text",
        "A secret in a text for people",
        "面向用户的文字中含有密钥",
        ("It would be sent to everybody.", "它会被发送给所有人。"),
        ("Delete it, or rename the variable where it is none.", "删去；若并非密钥，请给变量改名。"),
    ),
    _rule(
        "secret-in-yaml",
        "A secret written out in YAML",
        "密钥直接写在 YAML 中",
        ("YAML goes into git, and stays in its history for ever.", "YAML 会进入 git，并永远留在历史记录里。"),
        (
            "Write ${NAME}, the secret into .env, and change the secret where it was in git.",
            "写成 ${NAME}，密钥放进 .env；若已提交到 git，请更换密钥。",
        ),
    ),
    _rule(
        "unknown-alert",
        "Nothing raises this alert",
        "没有此种告警",
        ("It would never be told.", "它永远不会触发。"),
        ("Take one of the events listed.", "从所列的事件中选用。"),
    ),
    _rule(
        "P4",
        "Addresses go abroad without consent",
        "未取得同意即向境外提供个人信息",
        (
            "Whoever gives personal data abroad tells each person so and obtains a separate consent.",
            "向境外提供个人信息，应当告知并取得个人的单独同意。",
        ),
        (
            "Obtain the consent and write cross_border_consent: true, or send by a provider in the country.",
            "取得单独同意后写 cross_border_consent: true，或改用境内服务商。",
        ),
        "《个人信息保护法》第三十九条",
    ),
    _rule(
        "template-error",
        "A template cannot be read",
        "模板有误",
        ("A brace or word does not fit; it would fail for every recipient.", "花括号或语句不匹配，对每位收件人都会出错。"),
        ("Mend the line named: {{ value }}, {% if … %} … {% endif %}.", "改正所指的行：{{ 值 }}、{% if … %} … {% endif %}。"),
        "https://jinja.palletsprojects.com/en/stable/templates/",
    ),
    _rule(
        "regex-error",
        "A regular expression cannot be read",
        "正则表达式有误",
        ("A bracket is open, or it would take for ever on some texts.", "括号未闭合，或在某些文字上会耗时过长。"),
        ("Mend it; put it in quotes.", "改正，并用引号括起来。"),
    ),
)


def rules() -> tuple[RuleText, ...]:
    """What this room's rules are (`App.rules`)."""
    return RULES


class UnknownRule(GrowthError):
    """There is no rule of that id."""


def explain(rule: str, apps: tuple[App, ...] | None = None) -> RuleText:
    """The rule `rule`, whoever it belongs to; upper and lower case alike. Raises UnknownRule with near ones."""
    known = {text.id: text for text in every_rule(apps)}
    folded = {id.casefold(): id for id in known}
    if (found := folded.get(rule.casefold())) is None:
        raise UnknownRule(_("there is no rule “{rule}”", rule=rule), fix=hint_for(rule, sorted(known), limit=0) or "growth explain")
    return known[found]


def every_rule(apps: tuple[App, ...] | None = None) -> Iterable[RuleText]:
    """Every rule that the apps know."""
    for give in handed(apps if apps is not None else discover(), "rules"):
        yield from give()
