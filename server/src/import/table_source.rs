//! Purchases of any table of texts.

use csv::StringRecord;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back_in;
use crate::import::columns::{Columns, told};
use crate::import::habits::Habits;
use crate::import::source::{Row, Source, Told};
use crate::import::table::{Table, TableFile};

/// A table of purchases.
pub(crate) struct TableSource {
    table: Box<dyn Table>,
    record: StringRecord,
    columns: Columns,
    told: Told,
    habits: Habits,
}

impl TableSource {
    pub(crate) fn open(args: &ImportArgs, file: &TableFile, habits: Habits) -> anyhow::Result<Self> {
        let table = file.open()?;
        let columns = Columns::of(table.names(), args, |id, time| comes_back_in(file, id, time))?;
        let told = told(&columns, table.names());
        Ok(Self { table, record: StringRecord::new(), columns, told, habits })
    }
}

impl Source for TableSource {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>> {
        let Self { table, record, columns, habits, .. } = self;
        let Some((line, read)) = table.next(record)? else { return Ok(None) };
        Ok(Some((line, read.and_then(|()| row(record, *columns, habits)))))
    }

    fn columns(&self) -> &Told {
        &self.told
    }

    fn position(&self) -> u64 {
        self.table.position()
    }

    fn total(&self) -> u64 {
        self.table.total()
    }
}

fn row<'r>(record: &'r StringRecord, columns: Columns, habits: &mut Habits) -> Result<Row<'r>, String> {
    let customer = habits.values.customer(&record[columns.customer])?;
    let amount = habits.paid(&record[columns.amount])?;
    let discount = habits.taken_off(columns.discount.map_or("", |column| &record[column]))?;
    let currency = match columns.currency.map_or("", |column| &record[column]) {
        "" => habits.values.currency,
        code => habits.values.currency_of(code)?,
    };
    let time = habits.bought_at(&record[columns.time])?;
    let id = habits.values.id(columns.transaction.map(|column| &record[column]))?;
    Ok(Row { customer, time, amount, discount, currency, id })
}
