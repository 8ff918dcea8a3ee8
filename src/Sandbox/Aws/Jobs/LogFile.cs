using System.Buffers;
using System.Text;

namespace GovernedFinetune.Sandbox.Aws.Jobs;

/// <summary>One output of a process: all of it in a file, the end of it in memory, and each line to whoever looks for metrics.</summary>
internal sealed class LogFile(string path, Action<string>? onLine)
{
    private const int KeptBytes = 16 * 1024;
    private const int MaxLine = 8 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _tail = new byte[KeptBytes];
    private readonly List<byte> _line = new(256);
    private long _written;

    public string Path => path;

    /// <summary>The last lines, at most 16 KB.</summary>
    public string Tail()
    {
        lock (_gate)
        {
            var kept = (int)Math.Min(_written, KeptBytes);
            var text = new byte[kept];
            for (var i = 0; i < kept; i++)
            {
                text[i] = _tail[(_written - kept + i) % KeptBytes];
            }

            return Encoding.UTF8.GetString(text).TrimEnd();
        }
    }

    /// <summary>Copies a process's output until it ends.</summary>
    public async Task PumpAsync(Stream output, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1, useAsync: true);
            int read;
            while ((read = await output.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                Keep(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            EndLine();
        }
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            foreach (var b in data)
            {
                _tail[_written++ % KeptBytes] = b;
                if (b == (byte)'\n')
                {
                    EndLine();
                }
                else if (onLine is not null && _line.Count < MaxLine)
                {
                    _line.Add(b);
                }
            }
        }
    }

    private void EndLine()
    {
        if (_line.Count > 0)
        {
            onLine?.Invoke(Encoding.UTF8.GetString([.. _line]));
            _line.Clear();
        }
    }
}
