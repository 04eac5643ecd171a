//! Purchases of any table of texts.

use csv::StringRecord;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back;
use crate::import::columns::{Columns, told};
use crate::import::source::{Row, Source, Told};
use crate::import::table::{Table, TableFile};
use crate::import::values::Values;

/// A table of purchases.
pub(crate) struct TableSource {
    table: Box<dyn Table>,
    record: StringRecord,
    columns: Columns,
    told: Told,
    values: Values,
}

impl TableSource {
    pub(crate) fn open(args: &ImportArgs, file: &TableFile, values: Values) -> anyhow::Result<Self> {
        let table = file.open()?;
        let columns = Columns::of(table.names(), args, |id, time| {
            let mut ahead = file.open()?;
            let mut record = StringRecord::new();
            comes_back(|| {
                let more = ahead.next(&mut record)?;
                Ok(more.map(|_| (record[id].as_bytes().to_vec(), record[time].as_bytes().to_vec())))
            })
        })?;
        let told = told(&columns, table.names());
        Ok(Self { table, record: StringRecord::new(), columns, told, values })
    }
}

impl Source for TableSource {
    fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row<'_>, String>)>> {
        let Self { table, record, columns, values, .. } = self;
        let Some((line, read)) = table.next(record)? else { return Ok(None) };
        Ok(Some((line, read.and_then(|()| row(record, *columns, values)))))
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

fn row<'r>(record: &'r StringRecord, columns: Columns, values: &mut Values) -> Result<Row<'r>, String> {
    let customer = values.customer(&record[columns.customer])?;
    let amount = values.amount(&record[columns.amount])?;
    let discount = values.discount(columns.discount.map_or("", |column| &record[column]))?;
    let currency = match columns.currency.map_or("", |column| &record[column]) {
        "" => values.currency,
        code => values.currency_of(code)?,
    };
    let time = values.time(&record[columns.time])?;
    let id = values.id(columns.transaction.map(|column| &record[column]))?;
    Ok(Row { customer, time, amount, discount, currency, id })
}
