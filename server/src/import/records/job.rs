//! A file of records other than purchases: looked through once, then sent. It is read twice, so that little is held in memory.

use ::csv::StringRecord;
use anyhow::ensure;

use crate::cli::{ImportArgs, Records};
use crate::import::columns::address;
use crate::import::habits::{Beforehand, Habits};
use crate::import::looked::{ASSUMED, Looked};
use crate::import::profiles::Recognised;
use crate::import::records::answer_export::AnswerExport;
use crate::import::records::costs::Costs;
use crate::import::records::customers::Customers;
use crate::import::records::fields::{self, Field, attribute_of, choose, require_all, require_one_identity};
use crate::import::records::interactions::Interactions;
use crate::import::records::refunds::Refunds;
use crate::import::records::responses::{DISPOSITIONS, KINDS, METRICS, Responses};
use crate::import::records::{Build, Cells, Record, counted};
use crate::import::send::Parcel;
use crate::import::source::RowError;
use crate::import::table::{Table, TableFile};
use crate::import::values::Values;
use crate::import::words::{listed, named_column};

/// Rows of a chunk, and their bytes: half of what a server takes.
const CHUNK_ROWS_MAX: usize = 10_000;
const CHUNK_BYTES_MAX: usize = 8 << 20;

/// How a file is read.
#[derive(Clone)]
pub(crate) struct Job {
    file: TableFile,
    kind: Records,
    layout: Layout,
    habits: Habits,
    constants: Vec<(String, String)>,
    /// Of rows that name none; empty for the workspace's.
    currency: String,
    chunk_rows: usize,
}

#[derive(Clone)]
enum Layout {
    Columns { taken: Vec<(&'static str, usize)>, attributes: Vec<(String, usize)> },
    Export(AnswerExport),
}

/// A file that was looked through, and goes out next.
pub(crate) struct Prepared {
    reader: Reader,
    /// A record that was read, and did not fit into the chunk before.
    waiting: Option<(u64, Record)>,
    /// Rows of the file that need not be sent: they were acknowledged before.
    skip: u64,
    chunk_rows: usize,
}

/// Reads rows as records.
struct Reader {
    table: Box<dyn Table>,
    row: StringRecord,
    layout: Layout,
    constants: Vec<(String, String)>,
    build: Box<dyn Build>,
    rows: u64,
}

enum Read {
    Record(Record),
    LeftOut(String),
    Bad(String),
}

impl Job {
    /// Finds out how a file is read.
    pub(crate) fn of(
        file: &TableFile,
        args: &ImportArgs,
        kind: Records,
        recognised: Option<Recognised>,
        values: Values,
    ) -> anyhow::Result<Self> {
        let names = file.open()?.names().to_vec();
        let fields = fields_of(kind);
        let mut named = args.named();
        if args.by_email() && recognised.is_none() {
            named.extend(named_by_address(kind, &names, &named)?);
        }
        check_constants(kind, fields, &args.set)?;
        let has = |field: &str| args.set.iter().any(|(known, _)| known == field);
        let is_none = |field: &str| named.iter().any(|(known, column)| known == field && column.is_empty());
        let dispensable: &[&str] = if has("disposition") { &["score"] } else { &[] };
        let layout = match recognised {
            Some(found) => {
                let columns = choose_named(fields, &names, &named)?;
                let export = AnswerExport::of(found, file, &names, &columns)?;
                let is_named = columns.iter().any(|(field, _)| *field == "customer_id");
                let export = if args.by_email() && !is_named { export.by_email(&names) } else { export };
                let is_of_nobody = !export.columns().iter().any(|(field, _)| *field == "customer_id");
                ensure!(
                    is_none("customer_id") || !is_of_nobody,
                    "no column of this export names who answered; name one with --profile {} --column customer_id=COLUMN, or say that nobody is to be known with --column customer_id=; the file has: {}",
                    export.profile,
                    listed(&names)
                );
                Layout::Export(export)
            }
            None => {
                if kind == Records::Customers {
                    require_one_identity(&names, &named)?;
                }
                let taken = choose(fields, &names, &named, dispensable)?;
                let has_disposition = taken.iter().any(|(field, _)| *field == "disposition");
                require_all(fields, &taken, if has_disposition { &["score"] } else { dispensable })?;
                let attributes = attributes(kind, &names, &taken);
                Layout::Columns { taken, attributes }
            }
        };
        let columns = layout.columns();
        let names_currency = columns.iter().any(|(field, _)| *field == "currency_code");
        let currency = args.currency_code.clone().unwrap_or_default().to_uppercase();
        let before = Beforehand { currency: (!names_currency).then_some(&*currency), order: None };
        let habits = Habits::of(file, args, values, &columns, &before)?;
        let chunk_rows = (args.chunk_rows as usize).min(CHUNK_ROWS_MAX);
        let (file, constants) = (file.clone(), args.set.clone());
        Ok(Self { file, kind, layout, habits, constants, currency, chunk_rows })
    }

    /// Reads the whole file without sending anything.
    pub(crate) fn look(&self) -> anyhow::Result<Looked> {
        let mut reader = self.reader()?;
        let mut looked = Looked { taken: self.layout.columns(), ..Default::default() };
        if let Layout::Export(export) = &self.layout {
            looked.profile = Some((export.profile, export.title));
        }
        let mut named = 0;
        while let Some((line, read)) = reader.next()? {
            match read {
                Read::Record(record) => {
                    let row = counted(&record, line);
                    named += u64::from(!row.customer.is_empty());
                    looked.tally.add(&row);
                }
                Read::LeftOut(reason) => *looked.left_out.entry(reason).or_default() += 1,
                Read::Bad(message) => looked.bad.add(RowError { line, message }),
            }
        }
        looked.rows = reader.rows;
        let of_customers = looked.taken.iter().find(|(field, _)| *field == "customer_id");
        if let (Records::Responses, Some((_, column))) = (self.kind, of_customers) {
            ensure!(
                named > 0 || looked.tally.records() == 0,
                "no row names anybody in the column {:?}; name another with --column customer_id=COLUMN, or say that nobody is to be known with --column customer_id=",
                reader.table.names()[*column]
            );
        }
        looked.notes.extend(self.file.notes().iter().cloned());
        looked.notes.extend(self.habits.notes.iter().cloned());
        if looked.tally.names_no_currency() && self.habits.notes.is_empty() {
            looked.notes.push(ASSUMED.to_owned());
        }
        looked.notes.extend(reader.build.notes());
        Ok(looked)
    }

    /// Begins to read it once more, from the first row that has to be sent.
    pub(crate) fn prepare(&self, skip: u64) -> anyhow::Result<Prepared> {
        Ok(Prepared { reader: self.reader()?, waiting: None, skip, chunk_rows: self.chunk_rows })
    }

    fn reader(&self) -> anyhow::Result<Reader> {
        let (habits, currency) = (self.habits.clone(), self.currency.clone());
        let build: Box<dyn Build> = match self.kind {
            Records::Refunds => Box::new(Refunds { habits, currency }),
            Records::Interactions => Box::new(Interactions { habits }),
            Records::Costs => Box::new(Costs { habits, currency }),
            Records::Customers => Box::new(Customers { habits }),
            Records::Responses => Box::new(Responses::new(habits)),
            Records::Transactions => anyhow::bail!("purchases are read otherwise"),
        };
        let (layout, constants) = (self.layout.clone(), self.constants.clone());
        Ok(Reader { table: self.file.open()?, row: StringRecord::new(), layout, constants, build, rows: 0 })
    }
}

impl Prepared {
    /// The next chunk; none at the end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Parcel>> {
        let (mut records, mut lines, mut bytes) = (Vec::new(), Vec::new(), 0);
        // What waits is of the row that was read last.
        let mut through = self.reader.rows;
        let mut first = self.waiting.take();
        loop {
            let next = match first.take() {
                Some(first) => Some(first),
                None => self.next_record()?,
            };
            let Some((line, record)) = next else {
                through = self.reader.rows;
                break;
            };
            bytes += record.bytes();
            if !records.is_empty() && (records.len() >= self.chunk_rows || bytes > CHUNK_BYTES_MAX) {
                self.waiting = Some((line, record));
                break;
            }
            through = self.reader.rows;
            records.push(record);
            lines.push(line);
        }
        let position = self.reader.table.position();
        Ok(Record::rows(records).map(|rows| Parcel { rows, lines, position, through, customers: Vec::new() }))
    }

    /// How much of the file there is to read.
    pub(crate) fn total(&self) -> u64 {
        self.reader.table.total()
    }

    fn next_record(&mut self) -> anyhow::Result<Option<(u64, Record)>> {
        loop {
            match self.reader.next()? {
                Some((line, Read::Record(record))) if self.reader.rows > self.skip => {
                    return Ok(Some((line, record)));
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }
}

impl Reader {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Read)>> {
        let Self { table, row, layout, constants, build, rows } = self;
        let Some((line, read)) = table.next(row)? else { return Ok(None) };
        *rows += 1;
        if let Err(message) = read {
            return Ok(Some((line, Read::Bad(message))));
        }
        let cells = match layout {
            Layout::Export(export) => match export.left_out(row) {
                Some(reason) => return Ok(Some((line, Read::LeftOut(reason)))),
                None => export.cells(row, constants),
            },
            Layout::Columns { taken, attributes } => {
                let cell = |column: &usize| row.get(*column).unwrap_or_default();
                Cells {
                    values: taken.iter().map(|(field, column)| (*field, cell(column))).collect(),
                    constants,
                    attributes: attributes
                        .iter()
                        .map(|(name, column)| (name.as_str(), cell(column)))
                        .collect(),
                }
            }
        };
        Ok(Some((line, build.build(&cells).map_or_else(Read::Bad, Read::Record))))
    }
}

impl Layout {
    fn columns(&self) -> Vec<(&'static str, usize)> {
        match self {
            Self::Columns { taken, attributes } => {
                let attributes = attributes.iter().map(|(_, column)| ("attribute", *column));
                taken.iter().copied().chain(attributes).collect()
            }
            Self::Export(export) => export.columns(),
        }
    }
}

fn fields_of(kind: Records) -> &'static [Field] {
    match kind {
        Records::Refunds => fields::REFUNDS,
        Records::Responses => fields::RESPONSES,
        Records::Interactions => fields::INTERACTIONS,
        Records::Costs => fields::COSTS,
        Records::Customers => fields::CUSTOMERS,
        Records::Transactions => &[],
    }
}

/// The column of addresses for the customer, where nothing else is named.
fn named_by_address(
    kind: Records,
    names: &[String],
    named: &[(String, String)],
) -> anyhow::Result<Option<(String, String)>> {
    ensure!(
        kind == Records::Responses,
        "--customer-key is for purchases and answers; name the column with --customer-id"
    );
    if named.iter().any(|(field, _)| field == "customer_id") {
        return Ok(None);
    }
    let place = address(names).ok_or_else(|| {
        anyhow::anyhow!(
            "the file has no column of e-mail addresses; it has: {}; name one with --customer-id",
            listed(names)
        )
    })?;
    Ok(Some(("customer_id".to_owned(), names[place].clone())))
}

/// The columns that the caller names, those of no field aside.
fn choose_named(
    fields: &[Field],
    names: &[String],
    named: &[(String, String)],
) -> anyhow::Result<Vec<(&'static str, Option<usize>)>> {
    let mut chosen = Vec::new();
    for (field, column) in named {
        let known = fields.iter().find(|known| known.name == field);
        let known = known.ok_or_else(|| anyhow::anyhow!("these records have no field {field:?}"))?;
        let place = match column.as_str() {
            "" => None,
            name => Some(named_column(names, name, field)?),
        };
        chosen.push((known.name, place));
    }
    Ok(chosen)
}

/// Columns that are no field of a customer, by the attribute that each becomes.
fn attributes(kind: Records, names: &[String], taken: &[(&'static str, usize)]) -> Vec<(String, usize)> {
    if kind != Records::Customers {
        return Vec::new();
    }
    let free = (0..names.len()).filter(|place| !taken.iter().any(|(_, column)| column == place));
    let named = free.map(|place| (attribute_of(&names[place]), place));
    named.filter(|(name, _)| !name.is_empty()).collect()
}

/// Refuses values of fields that there are not, and words that are none, once instead of in each row.
fn check_constants(kind: Records, fields: &[Field], constants: &[(String, String)]) -> anyhow::Result<()> {
    for (field, value) in constants {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        ensure!(
            known.contains(&field.as_str()),
            "--set names the field {field:?}, which these records have not; they have {}",
            known.join(", ")
        );
        let words = match (kind, field.as_str()) {
            (Records::Responses, "metric") => METRICS,
            (Records::Responses, "kind") => KINDS,
            (Records::Responses, "disposition") => DISPOSITIONS,
            _ => continue,
        };
        ensure!(
            words.contains(&value.as_str()),
            "--set {field} is {value:?}; give one of {}",
            words.join(", ")
        );
    }
    Ok(())
}
