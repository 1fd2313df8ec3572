"""Every word of ours on the desk's pages: 数据核对, 数据一览 and the staff desk. See ``texts.py`` for the residents' pages."""

# frame
DESK = "工作台"
DESK_NAV = "工作台"
TAB_CHECK = "数据核对"
TAB_FIGURES = "数据一览"
TAB_REPORT = "报告原文"
TAB_STAFF = "管理"
BACK = "回到问答"

# 数据一览
FIGURES_LEDE = "报告里的全部数字。指标和数字都照抄原句，每一条都能点回去看。"
FILTER = "按词或数字筛选"
FILTER_HINT = "如：电梯、人次、97%"
PART = "部分"
ALL = "全部"
ORDER_BY = "排序"
ORDERS = {"": "原文顺序", "value": "数值大小", "indicator": "指标名称"}
OF_UNIT = "单位：{unit}"
NO_UNIT = "没有写单位"
PLACED = {"date": "日期和年份（按原文顺序）", "ordinal": "第几（按原文顺序）"}
REPORT = "报告"
APPLY = "筛选"
CSV = "下载（CSV）"
XLSX = "下载（表格）"
FIGURES_COUNT = "现在显示 {count} 个数字"
DATES_LEFT_OUT = "另有 {count} 个日期和年份没有列。"
DATES_SHOW = "也列出来"
DATES_HIDE = "不列日期和年份"
TABLE_NAME = "报告数字"
COLUMN_INDICATOR = "指标（原文用词）"
COLUMN_FIGURE = "数字"
COLUMN_SENTENCE = "原句"
NO_PART = "标题、开头和页脚"
NO_INDICATOR = "原句没有写明"
CALCULATED = "按原数算 {sum}"
OPEN = "看原文"
OPEN_NTH = "看原文 {number}"
NOTHING_WITH = "没有含“{word}”的数字。"
NOTHING_HERE = "这一部分没有数字。"
CLEAR = "清除筛选"
FIGURES_FILE = "数据一览-{report}"

# 多年对比
TAB_YEARS = "多年对比"
YEARS_LEDE = "一个指标在各份报告里的数字，按它说的年份排。每个数照抄原句，不平均，不推算；说法或单位不同的分开列。"
YEARS_ASK = "指标"
YEARS_HINT = "如：粮食产量、城镇新增就业"
YEARS_GO = "对比"
YEARS_OFFERED = "各份报告常写的指标"
YEARS_OTHERS = "名称相近的指标"
YEARS_NOTHING = "各份报告里都没有“{name}”的数字。换个说法，或者从下面的指标里选。"
YEARS_WIPE = "左右拨动，看全部年份。"
YEARS_COUNT = "{reports} 份报告里有 {count} 个数字"
YEARS_SERIES = "{name}{measure}（{role}）"
YEARS_CHART = "{name}{measure}，单位：{unit}"
YEARS_CONVERTED = "图上把不同单位按固定比例换算成{unit}，表里照原文。"
YEARS_POINT = "{year}年 {name}{measure} {figure}（{role}）"
YEARS_FROM = "《{title}》"
YEARS_FILE = "多年对比-{indicator}"
COLUMN_YEAR = "哪一年"
YEAR_OF = "{year}年"
NO_YEAR_SHORT = "不是一年"

# 数据核对
CHECK_LEDE = "稿子里的每个数字，和报告原句逐个对。相符，只表示与报告一致。"
DRAFT_LABEL = "稿子"
DRAFT_HINT = "把要核对的稿子粘贴到这里"
FILE_LABEL = "或者选一个文件（.docx、.pdf、.txt、.md、.html）"
FILE_CHOOSE = "选文件"
START = "开始核对"
SAMPLE = "试一段示例"
CHECKING = "正在核对…"
SUM = "{count} 个数字里，有 {look} 个要看一看。"
SUM_FINE = "{count} 个数字都与报告相符。"
NO_FIGURES = "这段稿子里没有找到数字，不用核对。"
SEND_AGAIN = "过几秒再按一次“开始核对”。"
CHOOSE_AGAIN = "过几秒再选一次文件，按“开始核对”。"
NO_DRAFT = "请先粘贴稿子，或者选一个文件。"
TALLY = "按结论筛选"
VERDICTS = {"contradicted": "不符", "not_found": "报告未写", "ambiguous": "需确认", "supported": "相符"}
VERDICT_HIDDEN = "{verdict}："
REPORT_IS = "报告为 {value}"
MAY_BE = "可能指 {count} 处"
DRAFT = "稿件"
EDIT = "改稿"
CANCEL = "不改了"
COPY_RESULT = "复制结果"
TAP = "点稿中的数字，看它对应的报告原句。"
DETAIL = "这个数字的依据"
NTH = "要处理的第 {number} 处，共 {count} 处"
IN_DRAFT = "稿中写"
IN_REPORT = "报告写"
NONE = "没有"
NOT_WRITTEN = "报告没有写这一项。没写不等于错，请另找依据。"
NOT_WRITTEN_SHORT = "没写不等于错，请另找依据"
NO_SENTENCE = "没有原句"
WHICH = "稿中的 {figure}，报告里有 {count} 处像。您要写的是哪一处？"
THIS_ONE = "就是这一处"
PICKED = "由您确认是这一处"
CHANGE_TO = "稿中改成 {value}"
COPY = "复制引用"
BEFORE, AFTER = "上一处", "下一处"
ONE_BY_ONE = "逐个列出"
ORDER = "要看的在前，其余按稿中顺序。"
COLUMN_VERDICT = "结论"
COLUMN_NOTE = "说明"
COLUMN_SOURCE = "出处"
DASH = "—"
DOWNLOAD_CSV = "下载核对表（CSV）"
DOWNLOAD_HTML = "下载批注稿（网页）"
DOWNLOAD_WORD = "下载批注稿（Word）"
PRINT = "打印"
CHECK_FILE = "数据核对"
MARKED_TITLE = "数据核对批注稿"
MARKED_NOTE = "批注由有据按报告原句核对，{day}。相符，只表示与报告一致。"
CHECK_COLUMNS = ("结论", "稿中写", "报告写", "说明", "稿中第几字", "报告", "部分", "原句", "链接")
BAD_FILE = "文件读不出来，请换一个文件，或直接粘贴文字。"

# A draft about the report that comes with the project; offered only where that report is served.
SAMPLE_OF = "yanji-2021"
SAMPLE_DRAFT = (
    "2021年，街道共办结“12345”市民服务热线工单2,905件，满意率95%。旧区改造方面，友谊201街坊共304产，已签约293产，签约率96.83%。\n"
    "“一网统管”平台发现一般案件11,250件，处置10,985件，处置率百分之九十七。问题全部整改处置，比例为100%。\n"
    "既有多层住宅加装电梯累计6台、在建5台、报建40台，平均每台造价62万元。截至8月31日，接种新冠病毒疫苗约13.5万剂次。"
)

# staff: the way in
STAFF_LOGIN = "工作台登录"
STAFF_LEDE = "看居民问了什么，给没答上的问题指一句原话，加入和移走报告。"
STAFF_NAME = "您的姓名"
STAFF_NAME_WHY = "改动会记下是谁做的。"
STAFF_PASSWORD = "密码"
STAFF_ENTER = "登录"
STAFF_LEAVE = "退出"
STAFF_WRONG = "密码不对，请再试。"
STAFF_NO_NAME = "请写上姓名。"
STAFF_LOCKED = "试得太多次了，请过 {minutes} 分钟再来。"
STAFF_GONE = "登录已过期，请重新登录。"
STAFF_FORM_OLD = "这一页放得太久了，请刷新后再做一次。"
STAFF_LATER = "现在文件太多，读不过来。请过一会儿再交一次。"
STAFF_SIGNED = "{name}，您好"
STAFF_NAV = "工作台栏目"
STAFF_LOG = "提问记录"
STAFF_OPEN = "没答上的"
STAFF_BANK = "问题库"
STAFF_USAGE = "用量"
STAFF_REPORTS = "报告"
LOG_OFF = "现在不记提问（设置 {setting} 是关的）。"

# staff: the log
LOG_SEARCH = "按问题里的词找"
LOG_HINT = "如：电梯"
LOG_OUTCOME = "结果"
LOG_VOTE = "反馈"
LOG_FIRST, LOG_LAST = "从哪天", "到哪天"
OUTCOMES = {"": "全部", "answered": "答上了", "refused": "没答"}
VOTES = {"": "全部", "any": "有反馈", "up": "有用", "down": "没用"}
REASONS = {
    "not_in_report": "报告没写",
    "near_only": "只有相近的",
    "not_a_question": "不是提问",
    "false_premise": "报告没有这个说法",
    "too_vague": "太笼统",
    "empty": "没有输入",
    "too_long": "太长",
}
KINDS = {"figure": "问数字", "number": "只写了数字", "keyword": "只写了词", "list": "问有哪些", "multi": "一次问几件", "everyday": "平常的问法"}
LOG_COUNT = "共 {count} 条"
LOG_ANSWERED = "答上了"
LOG_REFUSED = "没答：{reason}"
LOG_TOOK = "用时 {milliseconds} 毫秒"
LOG_UP, LOG_DOWN = "有用 {count}", "没用 {count}"
LOG_WHY = "（{why}）"
LOG_MEANT = "按“{question}”理解"
LOG_NONE = "没有符合的记录。"
LOG_EMPTY_QUESTION = "（没有输入）"
NEWER, OLDER = "较新的", "较早的"
LOG_PAGE = "第 {page} 页"
LOG_FILE = "提问记录"
LOG_COLUMNS = ("时间", "问题", "理解为", "结果", "原因", "种类", "报告", "部分", "句子编号", "毫秒", "有用", "没用", "哪里不对")

# staff: unanswered
OPEN_LEDE = "近 {days} 天没答上的问题，意思相近的放在一起，问得多的在前。已经指过句子的不再列。"
OPEN_TIMES = "{count} 次"
OPEN_LAST = "最近一次 {day}"
OPEN_OTHERS = "还有 {count} 种问法"
OPEN_NONE = "没有还没处理的问题。"
OPEN_DO = "处理"

# staff: one question
QUESTION = "一个问题怎么找的"
QUESTION_LABEL = "问题"
QUESTION_GO = "看看"
QUESTION_NOT_READY = "问答还在准备，请过一会儿再来。"
NOW_ANSWERED = "现在的回答"
NOW_FOUND = "答上了，把握 {probability}（不低于 {threshold} 才答）。"
NOW_REFUSED = "没答：{reason}。把握 {probability}，到 {threshold} 才答。"
NOW_ASSIGNED = "照下面指的回答，不看查找的结果。"
NOW_EARLY = "没答：{reason}。这样的问题不去查找。"
ASSIGNED = "已经指过"
ASSIGNED_BY = "{name} 在 {day} 指的"
ASSIGNED_UNHEARD = "已经记下。现在问题库是关着的，回答还没有照这一条来。"
ASSIGNED_NONE = "报告没有：{reason}"
UNDO = "撤回"
ASSIGN = "指给一句话"
ASSIGN_THIS = "指给这句话"
ASSIGN_LEDE = "选一句报告原话来回答；报告确实没写，就选“报告没有”。马上生效，可以撤回。"
ASSIGN_CANDIDATES = "查找排出的前几句"
ASSIGN_FIND = "在报告里找别的句子"
ASSIGN_FIND_HINT = "输入句子里的词"
ASSIGN_FIND_GO = "找"
ASSIGN_FOUND = "找到 {count} 句"
ASSIGN_FOUND_MANY = "找到 {count} 句，列出前 {most} 句"
ASSIGN_NOT_FOUND = "报告里没有含“{word}”的句子。"
ASSIGN_NIL = "报告没有"
ASSIGN_WHICH = "缺的是哪一类"
BANK_REASONS = {
    "phone": "电话",
    "address": "地址",
    "hours": "开放时间",
    "person_name": "人名",
    "org_name": "单位名称",
    "procedure": "办事步骤",
    "money": "价格费用",
    "date": "时间",
    "cause": "原因",
    "opinion": "评价看法",
    "other_year": "其他年份",
    "other_place": "其他地方",
    "off_topic": "不相干的事",
    "smalltalk": "闲聊",
    "injection": "捣乱的话",
    "detail_absent": "报告只写到大概",
}
DONE = "已生效。"
UNDONE = "已撤回。"
HOW_READ = "怎么读的"
READ_TYPED = "原来的问法"
READ_TEXT = "用来查找的"
READ_SYNONYMS = "加上的近义词"
READ_MENDED = "改正的字"
READ_MENDED_ONE = "{typed} 改为 {text}"
READ_NUMBERS = "里面的数"
READ_KIND = "种类"
READ_NOTHING = "无"
HITS = "各路找到的"
HITS_BANK = "问题库里相近的问法（答得了的）"
HITS_REFUSE = "问题库里相近的问法（答不了的）"
HITS_SCORE = "相似度"
HITS_NONE = "没有"
LEADS_TO = "指向"
FUSED = "合起来的排序"
FUSED_LEDE = "一行一句，分数从高到低；各列是各路给这句的分。"
FUSED_ORDER, FUSED_SENTENCE, FUSED_SCORE = "名次", "句子", "总分"
SIGNALS = {
    "bank": "题库相似",
    "bank_pairs": "题库同字",
    "bank_vote": "题库投票",
    "clause": "分句相似",
    "sentence": "整句相似",
    "context": "带标题相似",
    "words": "同词",
    "pairs": "同字",
    "bm25": "词频",
    "number": "数字对上",
    "held": "有所问之物",
    "heading": "是标题",
}
TRUST = "为什么答，为什么不答"
TRUST_LEDE = "和一般的问题比，每一项把“答得了”的可能往上推（正）或往下拉（负）多少。只列影响最大的几项。"
TRUST_SIGNAL, TRUST_VALUE, TRUST_PUSH = "依据", "值", "推动"
TRUSTS = SIGNALS | {
    "margin": "比别的句子高多少",
    "near": "各路合起来有多近",
    "rivals": "差不多近的有几句",
    "clause_margin": "分句比别的近多少",
    "sentence_margin": "整句比别的近多少",
    "stands_out": "在候选里多突出",
    "rarest": "句里没有的最少见的词",
    "clause_words": "和最近的分句同字",
    "length": "问题多长",
    "unit_met": "要的单位句里有",
    "unit_unmet": "要的单位句里没有",
    "unmet_period": "问的是一年里的一段",
    "unmet_opposite": "问的是反面",
    "unmet_place": "问的是别的地方",
    "unmet_age": "问的是别的年龄",
    "refuse": "像答不了的问法",
    "refuse_pairs": "与答不了的问法同字",
    "bank_over_refuse": "更像答得了的",
    "pairs_over_refuse": "同字更像答得了的",
    "refuse_vote": "相近问法里答不了的占比",
    "unsaid": "问了而句里没说的",
    "unknown": "报告从没用过的词",
    "wording": "问法听着像答得了",
    "verbatim": "原样印在句里",
    "number_missing": "问的数句里没有",
    "other_year": "问的是别的年份",
    "short": "问得很短",
}
TRUST_ASKED, TRUST_UNMET = "问的是{slot}", "问{slot}而句里没有"

# staff: the bank
BANK_LEDE = "工作人员自己加的问法。每一条都能撤回；随报告来的问题库共有 {count} 条，不在这里改。"
BANK_NONE = "还没有加过。在“没答上的”里点“处理”，或在“提问记录”里点开一个问题，就能指给一句话。"
BANK_EXPORT = "导出"
BANK_IMPORT = "导入"
BANK_IMPORT_LABEL = "别处导出的问题库文件"
BANK_IMPORT_OF = "是哪份报告的"
BANK_IMPORTED = "加入 {count} 个问题，{there} 个已经有了。"
BANK_IMPORT_NO_FILE = "请先选一个文件。"
BANK_IMPORT_TOO_LARGE = "文件太大，一次最多 {most}。请分成几个文件，一个一个导入。"
BANK_FILE = "问题库-{report}"
DEEDS = "谁做过什么"
DEED_NAMES = {
    "add": "指给",
    "remove": "撤回",
    "import": "导入",
    "report-add": "加入报告",
    "report-replace": "换成新版本",
    "report-remove": "移走报告",
    "report-restore": "找回报告",
}
DEEDS_NONE = "还没有改动。"
STAFF_TOO_FAST = "试得太快了，请等一分钟再试。"
LEDGER_UNWRITTEN = "写不进 {path}（{why}）：访客限额和登录状态这次只记在内存里，重启后要重新登录；请检查磁盘空间和权限"
UNKNOWN_PROXY = (
    "有请求从 {address} 转来，带着 X-Forwarded-For。如果那是您的反向代理，请设置 YOUJU_PROXIES={address}；否则所有访客会被当成同一个人来限额"
)
DEEDS_UNWRITTEN = "写不进 {path}：{why}；请检查磁盘空间和权限"
SOMEONE = "未署名"

# staff: usage
USAGE_DAYS = "看多少天"
USAGE_LAST = "近 {days} 天"
USAGE_ASKED, USAGE_ANSWERED, USAGE_UP, USAGE_DOWN, USAGE_TOOK = "提问", "答上的", "说有用", "说没用", "一半的回答快于"
USAGE_SHARE = "{share}%"
USAGE_MILLISECONDS = "{milliseconds} 毫秒"
USAGE_BY_DAY = "每天的提问"
USAGE_ASKED_KEY = (("dark", "答上的"), ("pale", "没答上的"))
USAGE_WAITED = "每天的回答用时（毫秒）"
USAGE_WAITED_KEY = (("line", "一半快于"), ("dots", "95% 快于"))
USAGE_COLUMNS = ("日期", "提问", "答上", "一半快于", "95% 快于")
USAGE_REASONS = "没答的原因"
USAGE_TOPICS = "问得最多的内容"
USAGE_NOTHING = "这几天没有提问。"

# staff: the reports
REPORTS_LEDE = "加入的报告，居民马上就能问；移走的随时可以找回。"
REPORTS_FILE = "加入一份报告：选一个文件（.docx、.pdf、.html、.txt、.md）"
REPORTS_READ = "读这个文件"
REPORTS_NO_FILE = "请先选一个文件。"
REPORTS_THERE = "现有 {count} 份"
REPORTS_PUBLISHED = "{day} 发布"
REPORTS_SENTENCES = "{count} 句"
REPORTS_ID = "编号 {name}"
REPORTS_REMOVE = "移走"
REPORTS_REMOVE_SURE = "要移走《{title}》吗？移走以后居民问不到它，它的链接也打不开。随时可以找回。"
REPORTS_KEEP = "不移走"
REPORTS_BACK = "可以找回的"
REPORTS_REMOVED_AT = "{at} 移走"
REPORTS_REPLACED_AT = "{at} 被新版本换下"
REPORTS_RESTORE = "找回"
REPORTS_OLD_TEXT = "换回旧版本"
REPORTS_NOTHING_KEPT = "没有移走过这份报告。"
REPORTS_BUSY = "正在更新索引。好了这一页会自己换新，居民问到的就是新的。可以离开这一页，不耽误。"
REPORTS_COMING = "这几份还没有编进索引：{names}。"
REPORTS_LATE = "这个文件读过太久了，请重新选一次。"
REPORTS_CONFIRM = "核对一下"
REPORTS_CONFIRM_LEDE = "下面是从文件里认出来的，不对的请改过来。"
REPORTS_MISSING = "标题或年份没有认出来，请补上。"
REPORTS_SAME = "这份报告已经有了（编号 {name}），文字一样，不用再加。"
REPORTS_REPLACES = "已经有同一年、同一标题的报告（编号 {name}），文字不同。加入后换成新版本，旧链接还能用，也可以换回旧版本。"
REPORTS_NOT_THIS = "不要了"
REPORTS_DO = {"add": "加入", "replace": "换成新版本"}
REPORTS_TITLE = "标题"
REPORTS_YEAR = "写的是哪一年"
REPORTS_DAY = "发布日期"
REPORTS_BY = "发布单位"
REPORTS_URL = "原来发布的网址"
REPORTS_BAD_DAY = "发布日期请写成 2022-03-30 这样。"
REPORTS_BAD_ADDRESS = "网址要以 http:// 或 https:// 开头。"
REPORTS_COUNTS = "{characters} 个字，{sentences} 句，{figures} 个数字，{tables} 张表"
REPORTS_BEGINS = "开头是这样的"

# places of large numbers, largest first: power of ten, name
PLACES = ((12, "万亿"), (8, "亿"), (4, "万"))
